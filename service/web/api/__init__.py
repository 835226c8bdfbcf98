"""What programs ask: signed webhooks of mail providers. No page, no session; each request proves itself."""

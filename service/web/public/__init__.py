"""What everybody sees: a cluster's pages, its forms and the pages behind signed links."""

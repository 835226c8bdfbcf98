"""What `kutse doctor` looks at: each module returns findings, each finding with what to do about it. Nothing here changes anything."""

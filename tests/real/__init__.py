"""The product among the mail servers and the calendar program people have; only with `--long`."""

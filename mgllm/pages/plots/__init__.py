"""Pictures of a summary, for the page and for papers: drawn once, in the colours and the width asked."""

"""Pictures of a summary, for the page and for papers, in the colours and the width asked for."""

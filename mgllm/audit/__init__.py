"""What an item set gives away: words, scores and names in the speech, doubles, shortcuts."""

"""openai-hk: a log of credits by cursor, of which nobody knows what the cursor counts."""

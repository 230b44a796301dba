"""Text search in Chinese and English: how texts are cut, how a statement finds them, and which are common."""

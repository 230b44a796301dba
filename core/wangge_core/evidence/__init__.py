"""Evidence: photographs and files, taken in, cleaned, kept once and given out to who may see them."""

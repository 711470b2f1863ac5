"""What each chapter shows: its figures and tables with the titles that its findings give."""

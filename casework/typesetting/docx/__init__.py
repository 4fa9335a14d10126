"""DOCX from the same source, for offices that finish a draft in a word processor.

Names the official typefaces, which the reader's machine has; the PDF is the file of record.
"""

from casework.typesetting.docx.writer import render_docx

__all__ = ["render_docx"]

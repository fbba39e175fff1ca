"""Bringing a posted document to Caspen's version without taking away what a person filled in on it."""

from caspen_qbo.core.posting.merging.merge import Merged as Merged
from caspen_qbo.core.posting.merging.merge import find_own_lines as find_own_lines
from caspen_qbo.core.posting.merging.merge import merge as merge
from caspen_qbo.core.posting.merging.merge import merge_document as merge_document

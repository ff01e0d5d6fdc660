//! One walk over a tree gives owned `FileFacts`; trees die here.

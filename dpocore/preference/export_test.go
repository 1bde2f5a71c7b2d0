package preference

// SetMaxHeapText sets how many bytes of text sets keep on the heap, and returns the earlier value.
func SetMaxHeapText(bytes int) (before int) {
	before, maxHeapText = maxHeapText, bytes
	return before
}

// OnHeap returns the first pair whose texts are on the heap, and how many bytes they have.
func (s *Set) OnHeap() (first, bytes int) { return s.heap.first, s.heap.bytes }

package generate

// kthLargest returns the k-th largest of values, counting equal ones separately, or the minimum if there are at most k.
// It reads each value once and keeps the k largest so far in a heap with their minimum at the root.
func kthLargest(values []float32, k int) float32 {
	heap := append([]float32{}, values[:min(k, len(values))]...)
	for i := len(heap)/2 - 1; i >= 0; i-- {
		sink(heap, i)
	}
	for _, value := range values[len(heap):] {
		if value > heap[0] {
			heap[0] = value
			sink(heap, 0)
		}
	}
	return heap[0]
}

// sink moves heap[i] down until neither child is smaller.
func sink(heap []float32, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && heap[child+1] < heap[child] {
			child++
		}
		if heap[i] <= heap[child] {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}

package family

// AddFamily adds a family to the table, and returns a function that removes it.
func AddFamily(f Family) (remove func()) {
	all = append(all, f)
	return func() { all = all[:len(all)-1] }
}

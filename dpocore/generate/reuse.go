package generate

// cacheFor returns a cache for a prompt: the last one from where the prompt differs, or a new one.
func (g *Generator) cacheFor(prompt []int32, o Options) (*cache, error) {
	slots := slotsFor(len(prompt), o)
	if g.cache == nil || len(g.cache.owner) != slots {
		g.forget()
		fresh, err := g.newCache(slots, o.Samples)
		if err != nil {
			return nil, err
		}
		g.cache = fresh
	}
	g.cache.samples = o.Samples
	g.cache.rewind(g.cache.shared(prompt))
	return g.cache, nil
}

// forget frees the cache.
func (g *Generator) forget() {
	if g.cache != nil {
		g.cache.finalize()
		g.cache = nil
	}
}

// shared is the number of a prompt's first tokens for which the cache is what reading them would make it. They are whole
// pieces, so that each token went through the same graph at the same place, and not the whole prompt, because the logits of
// its last token are wanted.
func (c *cache) shared(prompt []int32) (tokens int) {
	limit := min(len(c.prompt), len(prompt)-1)
	for tokens < limit && c.prompt[tokens] == prompt[tokens] {
		tokens++
	}
	return tokens / piece * piece
}

// rewind empties the slots from used on.
func (c *cache) rewind(used int) {
	c.prompt, c.used = c.prompt[:used], used
	for i := range c.owner[used:] {
		c.owner[used+i] = -1
	}
}

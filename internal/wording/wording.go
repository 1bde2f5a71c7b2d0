// Package wording formats numbers and lists for messages in English.
package wording

import (
	"fmt"
	"strconv"
	"strings"
)

// Count returns a number with its noun: "1 pair", "1,200 pairs".
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return Thousands(n) + " " + noun
}

// Thousands returns a number with commas between thousands: "1,234,567".
func Thousands(n int) string {
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// Percent returns a share of 1 in percent: "62 %".
func Percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// PercentOf returns a part of a total in percent, with a decimal near 0 and 100 %: "62 %", "0.4 %". Of nothing it is 0 %.
func PercentOf(part, total int) string {
	share := float64(part) / float64(max(total, 1))
	if share > 0 && share < 0.01 || share > 0.99 && share < 1 {
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return Percent(share)
}

// Bytes returns a size with a decimal unit: "512 B", "4 kB", "1.5 MB", "2.1 GB".
func Bytes(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// And joins items: "a", "a and b", "a, b and c".
func And(items []string) string { return join(items, "and") }

// Or joins items: "a", "a or b", "a, b or c".
func Or(items []string) string { return join(items, "or") }

func join(items []string, conjunction string) string {
	last := len(items) - 1
	if last < 1 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:last], ", ") + " " + conjunction + " " + items[last]
}

// Quote puts each item in double quotes.
func Quote(items []string) []string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = strconv.Quote(item)
	}
	return quoted
}

// Names lists at most a dozen names, shortening long ones and quoting those that would be hard to read: "a, b and 3 more".
func Names(names []string) string {
	const maxNames, maxLength = 12, 40
	var shown []string
	for _, name := range names[:min(maxNames, len(names))] {
		if runes := []rune(name); len(runes) > maxLength {
			name = string(runes[:maxLength]) + "…"
		}
		if name == "" || name != strings.TrimSpace(name) || strings.ContainsAny(name, ",;:\"\t\r\n\x00") {
			name = fmt.Sprintf("%q", name)
		}
		shown = append(shown, name)
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - maxNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Excerpt quotes a text, shortened to the first 80 characters.
func Excerpt(text string) string {
	const maxLength = 80
	runes := []rune(text)
	if len(runes) > maxLength {
		return fmt.Sprintf("%q…", string(runes[:maxLength]))
	}
	return fmt.Sprintf("%q", text)
}

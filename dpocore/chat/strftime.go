package chat

import (
	"fmt"
	"strings"
	"time"
)

// strftimeLayouts maps directives of Python's strftime to Go layouts.
var strftimeLayouts = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'B': "January", 'b': "Jan", 'd': "02", 'j': "002",
	'A': "Monday", 'a': "Mon", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
	'F': "2006-01-02", 'T': "15:04:05", 'D': "01/02/06", 'R': "15:04",
}

// strftime formats t as Python does in the C locale. It returns an error for a
// directive that is not supported.
func strftime(t time.Time, format string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			out.WriteByte(format[i])
			continue
		}
		i++
		if i == len(format) {
			return "", fmt.Errorf("time format %q ends in a lone %%", format)
		}
		switch layout, known := strftimeLayouts[format[i]]; {
		case format[i] == '%':
			out.WriteByte('%')
		case format[i] == 'f':
			fmt.Fprintf(&out, "%06d", t.Nanosecond()/1000)
		case known:
			out.WriteString(t.Format(layout))
		default:
			return "", fmt.Errorf("time format %q: %%%c is not supported", format, format[i])
		}
	}
	return out.String(), nil
}

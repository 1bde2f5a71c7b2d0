package jinja

import (
	"fmt"
	"strings"
	"time"

	"example.com/gonb-dpo/dpocore/chat/python"
)

// layouts maps directives of Python's strftime to Go layouts.
var layouts = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'B': "January", 'b': "Jan", 'h': "Jan", 'd': "02", 'e': "_2", 'j': "002",
	'A': "Monday", 'a': "Mon", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'P': "pm",
	'F': "2006-01-02", 'T': "15:04:05", 'D': "01/02/06", 'x': "01/02/06", 'X': "15:04:05", 'R': "15:04", 'r': "03:04:05 PM",
	'c': "Mon Jan _2 15:04:05 2006",
}

// strftime formats t as Python does in the C locale. A - after the % removes the zeros in front of a number.
func strftime(t time.Time, format string) string {
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			out.WriteByte(format[i])
			continue
		}
		i++
		bare := i < len(format) && format[i] == '-'
		if bare {
			i++
		}
		if i == len(format) {
			return out.String() + format[strings.LastIndexByte(format, '%'):]
		}
		text := directive(t, format[i], format)
		if bare && strings.IndexByte("CdegGHIjklmMSuUVwWyY", format[i]) >= 0 {
			text = withoutZeros(text)
		}
		out.WriteString(text)
	}
	return out.String()
}

func directive(t time.Time, d byte, format string) string {
	if layout, ok := layouts[d]; ok {
		return t.Format(layout)
	}
	isoYear, week := t.ISOWeek()
	weekday := int(t.Weekday())
	switch d {
	case '%':
		return "%"
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'z', 'Z':
		return "" // the time that templates get has no zone
	case 'f':
		return fmt.Sprintf("%06d", t.Nanosecond()/1000)
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100)
	case 'G':
		return fmt.Sprint(isoYear)
	case 'g':
		return fmt.Sprintf("%02d", isoYear%100)
	case 'V':
		return fmt.Sprintf("%02d", week)
	case 'u':
		return fmt.Sprint((weekday+6)%7 + 1)
	case 'w':
		return fmt.Sprint(weekday)
	case 'U':
		return fmt.Sprintf("%02d", (t.YearDay()+6-weekday)/7)
	case 'W':
		return fmt.Sprintf("%02d", (t.YearDay()+6-(weekday+6)%7)/7)
	case 'k':
		return fmt.Sprintf("%2d", t.Hour())
	case 'l':
		return fmt.Sprintf("%2d", (t.Hour()+11)%12+1)
	}
	python.Fail("the directive %%%c of the time format '%s' is not supported in a chat template", d, format)
	return ""
}

// withoutZeros removes the zeros or spaces in front of a number.
func withoutZeros(text string) string {
	trimmed := strings.TrimLeft(text, "0 ")
	if trimmed == "" && text != "" {
		return "0"
	}
	return trimmed
}

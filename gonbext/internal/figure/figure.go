// Package figure shows figures in a cell and saves them beside the runs they show.
package figure

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"example.com/gonb-dpo/dpocore/card"
	"example.com/gonb-dpo/dpocore/metrics"
	"example.com/gonb-dpo/gonbext/internal/cell"
	"example.com/gonb-dpo/plots"
)

// ShowRun shows a run's overview, and saves all its figures in its folder.
func ShowRun(dir string) error {
	history, err := metrics.ReadHistory(dir)
	if err != nil {
		return err
	}
	figures := []plots.Figure{plots.Overview(history)}
	if len(history.Objectives()) > 0 {
		figures = append(figures, plots.Objectives(history))
	}
	for _, f := range figures {
		if err := show(f, dir+"/plots/"+f.Name+".png"); err != nil {
			return err
		}
	}
	return errors.Join(plots.WriteRun(dir, history), card.Write(dir))
}

// Show shows a figure, and saves it in the subfolder plots of a folder.
func Show(f plots.Figure, folder string) error {
	folder = filepath.Join(folder, "plots")
	if err := plots.WriteFigures(folder, f); err != nil {
		return err
	}
	return show(f, filepath.Join(folder, f.Name+".png"))
}

// show displays a figure as PNG, the only format that every viewer of a saved notebook shows. Outside a notebook it
// prints the file's name.
func show(f plots.Figure, path string) error {
	if !gonbui.IsNotebook {
		fmt.Fprintln(cell.Stdout, "picture:", path)
		return nil
	}
	var picture bytes.Buffer
	if err := f.PNG(&picture); err != nil {
		return err
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMEImagePNG:  picture.Bytes(),
		protocol.MIMETextPlain: f.Description(), // where pictures are not shown; GoNB does not pass on the text that stands for one
	}})
	return nil
}

// DataURL renders a figure as SVG, as the source of an HTML image: a tenth of the PNG's bytes, and sharp at any size.
func DataURL(f plots.Figure) template.URL {
	var svg bytes.Buffer
	if err := f.SVG(&svg); err != nil {
		return ""
	}
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg.Bytes()))
}

// Command docs makes one HTML page of the documentation of a Go package.
//
//	docs PACKAGE-FOLDER IMPORT-PATH MODULE-PATH > PAGE
//
// The page of a package is named after it, and that of the module's root is index.html.
// No generator of static pages for Go is on the module proxy. This one arranges what go/doc reads
// and go/doc/comment renders.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"html/template"
	"io/fs"
	"os"
	"path"
	"strings"
)

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{.Path}}</title>
    <link rel="stylesheet" href="../style.css">
  </head>
  <body>
    <p><a href="../index.html">All of the documentation</a></p>
    <h1><span class="kind">package</span> <code>{{.Path}}</code></h1>
    {{.Doc}}
    {{range .Items}}
    {{if .Top}}<h2 id="{{.Anchor}}">{{else}}<h3 id="{{.Anchor}}">{{end -}}
    <span class="kind">{{.Kind}}</span> <code>{{.Name}}</code>{{if .Top}}</h2>{{else}}</h3>{{end}}
    {{- range .Fields}}<a id="{{.}}"></a>{{end}}
    <pre class="signature">{{.Declaration}}</pre>
    {{.Doc}}
    {{end}}
  </body>
</html>
`

type item struct {
	Anchor, Kind, Name, Declaration string
	Top                             bool
	Fields                          []string
	Doc                             template.HTML
}

// documented is a package with its page, as far as it is made.
type documented struct {
	files   *token.FileSet
	module  string
	read    *doc.Package
	missing []string
	Path    string
	Doc     template.HTML
	Items   []item
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 3 {
		return fmt.Errorf("expected PACKAGE-FOLDER IMPORT-PATH MODULE-PATH, found %d arguments", len(arguments))
	}
	folder, importPath := arguments[0], arguments[1]
	files := token.NewFileSet()
	noTests := func(file fs.FileInfo) bool { return !strings.HasSuffix(file.Name(), "_test.go") }
	parsed, err := parser.ParseDir(files, folder, noTests, parser.ParseComments)
	if err != nil {
		return err
	}
	if len(parsed) != 1 {
		return fmt.Errorf("expected one package in %s, found %d", folder, len(parsed))
	}
	made := documented{files: files, module: arguments[2], Path: importPath}
	for _, found := range parsed {
		made.read = doc.New(found, importPath, 0)
	}
	if err := made.add(); err != nil {
		return err
	}
	if len(made.missing) > 0 {
		return fmt.Errorf("no doc comment: %s", strings.Join(made.missing, ", "))
	}
	return template.Must(template.New("page").Parse(page)).Execute(os.Stdout, made)
}

func (made *documented) add() error {
	read := made.read
	made.Doc = made.html("package", read.Doc)
	if err := made.values(append(read.Consts, read.Vars...)); err != nil {
		return err
	}
	if err := made.functions(read.Funcs, "", true); err != nil {
		return err
	}
	for _, found := range read.Types {
		if err := made.put("type", found.Name, found.Name, found.Doc, found.Decl, true); err != nil {
			return err
		}
		if err := made.values(append(found.Consts, found.Vars...)); err != nil {
			return err
		}
		if err := made.functions(found.Funcs, "", false); err != nil {
			return err
		}
		if err := made.functions(found.Methods, found.Name+".", false); err != nil {
			return err
		}
	}
	return nil
}

func (made *documented) values(found []*doc.Value) error {
	for _, value := range found {
		name := strings.Join(value.Names, ", ")
		text := value.Doc
		if text == "" && eachHasComment(value.Decl) {
			// They are in the declaration, which is shown.
			text = "\n"
		}
		if err := made.put(value.Decl.Tok.String(), value.Names[0], name, text, value.Decl, true); err != nil {
			return err
		}
	}
	return nil
}

// fieldsOf returns the anchors of the fields of a struct, which links name, too.
func fieldsOf(declaration ast.Node) []string {
	var found []string
	general, ok := declaration.(*ast.GenDecl)
	if !ok {
		return nil
	}
	for _, spec := range general.Specs {
		named, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		if structure, ok := named.Type.(*ast.StructType); ok {
			for _, field := range structure.Fields.List {
				for _, name := range field.Names {
					found = append(found, named.Name.Name+"."+name.Name)
				}
			}
		}
	}
	return found
}

func eachHasComment(declaration *ast.GenDecl) bool {
	for _, spec := range declaration.Specs {
		if value, ok := spec.(*ast.ValueSpec); !ok || value.Doc == nil && value.Comment == nil {
			return false
		}
	}
	return true
}

func (made *documented) functions(found []*doc.Func, receiver string, top bool) error {
	for _, function := range found {
		function.Decl.Body = nil
		name := receiver + function.Name
		if err := made.put("func", name, name, function.Doc, function.Decl, top); err != nil {
			return err
		}
	}
	return nil
}

func (made *documented) put(kind, anchor, name, text string, declaration ast.Node, top bool) error {
	var shown bytes.Buffer
	if err := format.Node(&shown, made.files, declaration); err != nil {
		return err
	}
	found := item{anchor, kind, name, shown.String(), top, fieldsOf(declaration), made.html(name, text)}
	made.Items = append(made.Items, found)
	return nil
}

// url leads to the page of another package of the module, or to the one of a package elsewhere.
func (made *documented) url(link *comment.DocLink) string {
	switch {
	case link.ImportPath == made.module:
		link.ImportPath = ""
		return "index.html" + link.DefaultURL("")
	case strings.HasPrefix(link.ImportPath, made.module+"/"):
		page := path.Base(link.ImportPath) + ".html"
		link.ImportPath = ""
		return page + link.DefaultURL("")
	}
	return link.DefaultURL("https://pkg.go.dev")
}

// html renders a doc comment, and remembers where there is none.
func (made *documented) html(name, text string) template.HTML {
	if text == "" {
		made.missing = append(made.missing, name)
	}
	printer := made.read.Printer()
	printer.DocLinkURL = made.url
	return template.HTML(printer.HTML(made.read.Parser().Parse(text)))
}

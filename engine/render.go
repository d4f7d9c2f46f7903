package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/yaml"
)

type worker struct {
	files *files
	sent  map[string]bool
	// used: something was rendered before, so this process is fresh no more.
	used bool
}

func newWorker() *worker {
	return &worker{files: newFiles(), sent: map[string]bool{}}
}

func (w *worker) answer(request Request) (response Response) {
	defer func() {
		// A fault of Kustomize with a bad tree, such as annotations that are a list.
		if fault := recover(); fault != nil {
			response = Response{ID: request.ID, Error: fmt.Sprintf("Kustomize crashed: %v", fault)}
		}
		response.Last = w.files.openapi
		w.used = true
	}()
	w.files.instead, w.files.openapi = request.Files, false
	if request.Origin {
		if err := w.askForOrigin(request.Dir); err != nil {
			return Response{ID: request.ID, Error: err.Error()}
		}
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // as the command line has it
	found, err := krusty.MakeKustomizer(options).Run(w.files, request.Dir)
	if w.files.openapi && w.used {
		return Response{ID: request.ID, Fresh: true}
	}
	if err == nil && request.Objects {
		response, err = w.objects(found)
	} else if err == nil {
		response, err = text(found)
	}
	if err != nil {
		response = Response{Error: err.Error()}
	}
	response.ID = request.ID
	return response
}

func text(found resmap.ResMap) (Response, error) {
	content, err := found.AsYaml()
	return Response{Text: string(content)}, err
}

// objects gives the JSON that Kustomize makes its YAML of.
func (w *worker) objects(found resmap.ResMap) (Response, error) {
	response := Response{Objects: []string{}, New: map[string]json.RawMessage{}}
	for _, resource := range found.Resources() {
		content, err := resource.MarshalJSON()
		if err != nil {
			return Response{}, err
		}
		sum := sha256.Sum256(content)
		digest := hex.EncodeToString(sum[:])
		response.Objects = append(response.Objects, digest)
		if !w.sent[digest] {
			w.sent[digest] = true
			response.New[digest] = content
		}
	}
	return response, nil
}

// askForOrigin shows Kustomize the folder's kustomization with origin annotations switched on.
func (w *worker) askForOrigin(folder string) error {
	instead := map[string]string{}
	for path, content := range w.files.instead {
		instead[path] = content
	}
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		path := filepath.Join(folder, name)
		content, err := w.files.content(path)
		if err != nil {
			continue
		}
		var fields map[string]any
		if err := yaml.Unmarshal(content, &fields); err != nil {
			return err
		}
		fields["buildMetadata"] = []string{"originAnnotations"}
		marked, err := yaml.Marshal(fields)
		if err != nil {
			return err
		}
		instead[path] = string(marked)
	}
	w.files.instead = instead
	return nil
}

package main

import (
	"bytes"
	"path/filepath"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// files is the disk, read once: a worker lives for one run, and overlays share most they read.
// With `instead` it shows other contents than the disk has.
type files struct {
	filesys.FileSystem
	read    map[string][]byte
	absent  map[string]error
	folders map[string]confirmed
	instead map[string]string
	// openapi: a file was read that brings a schema of its own, which Kustomize keeps.
	openapi bool
}

type confirmed struct {
	folder filesys.ConfirmedDir
	file   string
	err    error
}

func newFiles() *files {
	return &files{
		FileSystem: filesys.MakeFsOnDisk(),
		read:       map[string][]byte{},
		absent:     map[string]error{},
		folders:    map[string]confirmed{},
	}
}

func (f *files) ReadFile(path string) ([]byte, error) {
	content, err := f.content(path)
	if err != nil {
		return nil, err
	}
	if isKustomization(path) && bytes.Contains(content, []byte("openapi")) {
		f.openapi = true
	}
	// Kustomize may change what it is given.
	return bytes.Clone(content), nil
}

func (f *files) content(path string) ([]byte, error) {
	if text, found := f.instead[path]; found {
		return []byte(text), nil
	}
	if content, found := f.read[path]; found {
		return content, nil
	}
	if err, found := f.absent[path]; found {
		return nil, err
	}
	content, err := f.FileSystem.ReadFile(path)
	if err != nil {
		f.absent[path] = err
		return nil, err
	}
	f.read[path] = content
	return content, nil
}

func (f *files) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	if found, ok := f.folders[path]; ok {
		return found.folder, found.file, found.err
	}
	folder, file, err := f.FileSystem.CleanedAbs(path)
	f.folders[path] = confirmed{folder, file, err}
	return folder, file, err
}

func isKustomization(path string) bool {
	switch filepath.Base(path) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

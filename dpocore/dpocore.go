package dpocore

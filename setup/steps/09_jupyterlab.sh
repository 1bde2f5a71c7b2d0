# shellcheck shell=bash
# Step, with --notebooks: JupyterLab and nbclient in .deps/notebooks, for machines without Jupyter.

install_jupyter() {
  install_venv notebooks setup/notebooks_requirements.txt 500 "JupyterLab and what it needs, 30 MB"
}

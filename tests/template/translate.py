"""Expand template.yaml as CloudFormation would; run by the SAM CLI's environment.

Usage: python translate.py TEMPLATE [NAME=VALUE …]. The expanded template goes to
standard output as JSON. Every parameter stands for itself in it, so that one expansion
serves all values, but for those that are given: SAM itself goes by them.
"""

import json
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

template = yaml_parse(Path(sys.argv[1]).read_text())
for resource in template["Resources"].values():
    if "CodeUri" in resource["Properties"]:  # the translator knows uploaded code only
        resource["Properties"]["CodeUri"] = "s3://bucket/package.zip"
symbols = {name: {"Ref": name} for name in template["Parameters"]}
symbols |= dict(given.split("=", 1) for given in sys.argv[2:])
json.dump(Translator({}, Parser()).translate(template, symbols), sys.stdout)

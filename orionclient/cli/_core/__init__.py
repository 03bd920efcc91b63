"""What the commands of `ocli` share: options, output, errors, completion."""

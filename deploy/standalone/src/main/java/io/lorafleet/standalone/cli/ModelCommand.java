// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import picocli.CommandLine.Command;

@Command(
        name = "model",
        description = "Inspects, verifies and fetches base models.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ModelInspectCommand.class, ModelCheckCommand.class, ModelFetchCommand.class},
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} model inspect deploy/demo-model"})
public final class ModelCommand {}

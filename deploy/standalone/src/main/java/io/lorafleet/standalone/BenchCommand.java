// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import picocli.CommandLine.Command;

@Command(
        name = "bench",
        synopsisSubcommandLabel = "COMMAND",
        description = "Measures. docs/benchmarks says how each table was made.",
        subcommands = {
            BenchEngineCommand.class,
            BenchTrainingCommand.class,
            BenchDecodeCommand.class,
            BenchServeCommand.class,
            BenchAdapterLoadCommand.class
        })
final class BenchCommand {}

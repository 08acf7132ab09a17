// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.engine.BenchAdapterLoadCommand;
import io.lorafleet.standalone.bench.engine.BenchDecodeCommand;
import io.lorafleet.standalone.bench.engine.BenchEngineCommand;
import io.lorafleet.standalone.bench.engine.BenchTrainingCommand;
import picocli.CommandLine.Command;

@Command(
        name = "bench",
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs benchmarks. docs/benchmarks describes how each published table was measured.",
        subcommands = {
            BenchEngineCommand.class,
            BenchTrainingCommand.class,
            BenchDecodeCommand.class,
            BenchServeCommand.class,
            BenchRestartCommand.class,
            BenchAdapterLoadCommand.class
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} bench serve --arrivals closed:4 --requests 100"})
public final class BenchCommand {}

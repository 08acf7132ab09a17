// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.OutputOptions;
import io.lorafleet.standalone.client.WorkerInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

@Command(
        name = "workers",
        description = "Lists the workers of a running fleet and their states: ready, draining or lost.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} workers -o wide"})
public final class WorkersCommand implements Callable<Integer> {
    @Mixin
    private GatewayOptions gateway;

    @Mixin
    private OutputOptions output;

    @Override
    public Integer call() throws IOException, InterruptedException {
        output.print(
                gateway.client().workers(),
                workers -> workers,
                WorkerTable.of(Instant.now()),
                WorkerInfo::workerId,
                "no workers found");
        return ExitCode.OK;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.client.WorkerInfo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

@Command(
        name = "workers",
        description = "Lists the workers of a running fleet and their states: ready, draining or lost.")
public final class WorkersCommand implements Callable<Integer> {
    @Mixin
    private GatewayOptions gateway;

    @Override
    public Integer call() throws InterruptedException {
        gateway.printAll(gateway.client().workers(), WorkerInfo::text, "no workers found");
        return ExitCode.OK;
    }
}

package io.lorafleet.standalone;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

@Command(name = "workers", description = "Lists the workers of a running fleet: ready, stopped or lost.")
final class WorkersCommand implements Callable<Integer> {
    @Mixin
    private GatewayOptions gateway;

    @Override
    public Integer call() throws InterruptedException {
        gateway.print(gateway.client().workers(), WorkersCommand::text);
        return ExitCode.OK;
    }

    private static String text(List<WorkerView> workers) {
        return workers.isEmpty()
                ? "the gateway has heard of no worker"
                : workers.stream().map(WorkerView::text).collect(Collectors.joining(System.lineSeparator()));
    }
}

package io.lorafleet.standalone;

import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(name = "workers", description = "Lists the workers of a running fleet: ready, stopped or lost.")
final class WorkersCommand implements Callable<Integer> {
    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://localhost:" + FleetOptions.DEFAULT_PORT,
            description = "The fleet's gateway (${DEFAULT-VALUE}).")
    private URI url;

    @Override
    public Integer call() throws InterruptedException {
        List<WorkerView> workers = new GatewayClient(url).workers();
        workers.stream().map(WorkerView::text).forEach(System.out::println);
        if (workers.isEmpty()) {
            System.out.println("the gateway has heard of no worker");
        }
        return ExitCode.OK;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.Publishing.Publisher;
import io.lorafleet.standalone.cli.FleetOptions;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        sortOptions = false,
        description = {
            "Asks a fleet for many images, and measures how it serves them.",
            "Requests go at their times, whether earlier ones are done or not (except with closed:N). Without --url it"
                    + " starts a fleet of its own, as `fleet up` does with the same options, and stops it afterwards.",
            "Latencies count from when a request was due. The clocks of this machine and of the workers must agree."
        })
final class BenchServeCommand implements Callable<Integer> {
    private static final int REQUESTS = 100;
    /** Images that are drawn with the version before too, to see that the check can tell versions apart. */
    private static final int NEIGHBOURS = 5;

    private static final InstantSource CLOCK = InstantSource.system();

    @Option(
            names = "--arrivals",
            paramLabel = "WHEN",
            required = true,
            description = {
                "poisson:RATE  so many a second on average, at random times",
                "burst:N/SECONDS  N at once, every so many seconds",
                "trace:FILE  what --save-trace wrote, or another file in that form",
                "closed:N  always N under way: for throughput, not for latency"
            })
    private String arrivals;

    @Option(names = "--requests", paramLabel = "N", description = "How many (" + REQUESTS + "; a whole trace).")
    private @Nullable Integer requests;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Decides times and contents of the requests (${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private BenchMixOptions mix;

    @Mixin
    private BenchAdapterOptions adapters;

    @Option(names = "--save-trace", paramLabel = "FILE", description = "Writes down what was sent.")
    private @Nullable Path saveTrace;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "4",
            description = "Requests before, all at once and without adapters; not counted (${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description =
                    "Waits so long after the last request was sent (${DEFAULT-VALUE}); closed:N then sends no more.")
    private int patience;

    @ArgGroup(exclusive = false)
    private @Nullable Check check;

    private static final class Check {
        @Option(
                names = "--check",
                required = true,
                description =
                        "Then draws every image again, alone, with the version that it was drawn with, and compares."
                                + " Exit status 1 if one is below 50 dB, or says that it has another adapter than"
                                + " promised. With --publish some are drawn with the version before too, and must differ.")
        @SuppressWarnings("unused") // it is there if the group is
        private boolean wanted;

        @Option(names = "--check-sample", paramLabel = "N", description = "With --check: so many, not all.")
        private @Nullable Integer sample;
    }

    @Option(names = "--json", description = "Prints the figures as JSON.")
    private boolean json;

    @Option(names = "--url", paramLabel = "URL", description = "A gateway that runs already.")
    private @Nullable URI url;

    @Option(
            names = "--worker-metrics",
            paramLabel = "URL",
            split = ",",
            description = "With --url: where each worker tells its metrics, such as http://localhost:8081/q/metrics.")
    private List<URI> workerMetrics = List.of();

    @Mixin
    private FleetOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            FleetSettings settings = options.settings();
            Workload workload =
                    Workload.of(Arrivals.parse(arrivals), requests, REQUESTS, mix.mix(adapters.names()), seed);
            try (LocalFleet own = new LocalFleet(settings, System.err::println)) {
                Runtime.getRuntime().addShutdownHook(new Thread(own::close));
                if (url == null) {
                    own.start();
                }
                URI gateway = url == null ? own.gateway() : url;
                GatewayClient client = new GatewayClient(gateway);
                adapters.add(client, settings.model());
                return measure(
                        workload,
                        gateway,
                        url == null ? own.workerMetrics() : workerMetrics,
                        adapters.publisher(client, settings.model()));
            }
        } catch (BenchException e) {
            throw new FleetException(e.getMessage());
        }
    }

    private int measure(Workload workload, URI gateway, List<URI> metrics, Publisher publisher)
            throws IOException, InterruptedException {
        Duration limit = Duration.ofSeconds(patience);
        int versions = adapters.published();
        try (FleetHttp fleet = new FleetHttp(gateway);
                Publishing publishing =
                        new Publishing(versions, workload.requests().size(), publisher)) {
            LoadGenerator generator = new LoadGenerator(fleet, CLOCK, limit);
            generator.warmUp(workload, warmUp);
            System.err.println("sending " + workload.requests().size() + " requests");
            WorkerMetrics before = WorkerMetrics.read(metrics);
            Run run = generator.run(workload, publishing::sent);
            WorkerMetrics after = WorkerMetrics.read(metrics);
            int published = publishing.published();
            if (saveTrace != null) {
                TraceFile.write(saveTrace, run.requests());
            }
            ImageCheck.Result checked = check == null
                    ? null
                    : new ImageCheck(fleet, limit).check(run, check.sample, versions == 0 ? 0 : NEIGHBOURS, this::say);
            ServeReport report = ServeReport.of(run, published, before, after, checked);
            System.out.println(json ? new String(Json.write(report), StandardCharsets.UTF_8) : report.text());
            return report.served() > 0 && (checked == null || checked.passed()) ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private void say(int checked) {
        if (checked % 50 == 0) {
            System.err.println(checked + " images checked");
        }
    }
}

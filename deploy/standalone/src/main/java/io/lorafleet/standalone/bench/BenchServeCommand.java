// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.Publishing.Publisher;
import io.lorafleet.standalone.cli.option.FleetOptions;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.JsonOption;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.io.IOException;
import java.net.URI;
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
            "Measures a fleet under load.",
            "Sends each request at its scheduled time, even if earlier requests are unfinished"
                    + " (except with closed:N). Without --url, starts a fleet with the options of 'fleet"
                    + " up', and stops the fleet afterwards.",
            "Latency is measured from the scheduled time. The clocks of this machine and the workers must be"
                    + " synchronized."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} bench serve --arrivals closed:4 --requests 100 --json"})
final class BenchServeCommand implements Callable<Integer> {
    private static final int REQUESTS = 100;
    /** Number of images also generated with the previous version, to show that the check detects a wrong version. */
    private static final int NEIGHBOURS = 5;

    private static final InstantSource CLOCK = InstantSource.system();

    @Option(
            names = "--arrivals",
            paramLabel = "WHEN",
            required = true,
            description = {
                "Schedule of the requests:",
                "poisson:RATE  random, with an average of RATE requests per second",
                "burst:N/SECONDS  N requests at once, every SECONDS seconds",
                "trace:FILE  the requests in a file written by --save-trace",
                "closed:N  always N requests in flight; use this only to measure throughput"
            })
    private String arrivals;

    @Option(
            names = "--requests",
            paramLabel = "N",
            description = "Number of requests. Default: " + REQUESTS + "; with trace:FILE, all requests in the file.")
    private @Nullable Integer requests;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed for the schedule and the contents of the requests (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private BenchMixOptions mix;

    @Mixin
    private BenchAdapterOptions adapters;

    @Option(
            names = "--save-trace",
            paramLabel = "FILE",
            description = "Writes the requests to this file, which --arrivals trace:FILE can replay.")
    private @Nullable Path saveTrace;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "4",
            description = "Number of warm-up requests, sent all at once and without adapters (default:"
                    + " ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Maximum wait after the last request is sent, in seconds (default: ${DEFAULT-VALUE})."
                    + " With closed:N, also the maximum wait between two requests.")
    private int timeout;

    @ArgGroup(exclusive = false)
    private @Nullable Check check;

    private static final class Check {
        @Option(
                names = "--check",
                required = true,
                description = "Generates each image again, alone and with the same adapter version, and"
                        + " compares the two images. The exit code is 1 if the PSNR of a pair is below 50 dB"
                        + " or an image names the wrong adapter. With --publish, also generates some images"
                        + " with the previous version; these images must differ.")
        @SuppressWarnings("unused") // picocli sets it
        private boolean wanted;

        @Option(
                names = "--check-sample",
                paramLabel = "N",
                description = "With --check, compares only N images. Default: all images.")
        private @Nullable Integer sample;
    }

    @Mixin
    private GatewayOptions gateway;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--worker-metrics",
            paramLabel = "URL",
            split = ",",
            description = "With --url, the metrics URL of each worker, such as http://localhost:8081/q/metrics."
                    + " Separate URLs with commas.")
    private List<URI> workerMetrics = List.of();

    @Mixin
    private FleetOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        FleetSettings settings = options.settings();
        Workload workload = Workload.of(Arrivals.parse(arrivals), requests, REQUESTS, mix.mix(adapters.names()), seed);
        try (LocalFleet own = new LocalFleet(settings, System.err::println)) {
            Runtime.getRuntime().addShutdownHook(new Thread(own::close));
            if (!gateway.hasUrlOption()) {
                own.start();
            }
            GatewayClient client = gateway.hasUrlOption() ? gateway.client() : gateway.client(own.gateway());
            adapters.add(client, settings.model());
            return measure(
                    workload,
                    client,
                    gateway.hasUrlOption() ? workerMetrics : own.workerMetrics(),
                    adapters.publisher(client, settings.model()));
        }
    }

    private int measure(Workload workload, GatewayClient client, List<URI> metrics, Publisher publisher)
            throws IOException, InterruptedException {
        Duration limit = Duration.ofSeconds(timeout);
        int versions = adapters.published();
        try (Publishing publishing =
                new Publishing(versions, workload.requests().size(), publisher)) {
            LoadGenerator generator = new LoadGenerator(client, CLOCK, limit);
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
                    : new ImageCheck(client, limit)
                            .check(run, check.sample, versions == 0 ? 0 : NEIGHBOURS, this::report);
            ServeReport report = ServeReport.of(run, published, before, after, checked);
            json.printResult(report, ServeReport::text);
            return report.served() > 0 && (checked == null || checked.passed()) ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private void report(int checked) {
        if (checked % 50 == 0) {
            System.err.println(checked + " images checked");
        }
    }
}

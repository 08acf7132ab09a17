// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.RequestedAdapter;
import io.lorafleet.standalone.client.Response;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "generate",
        sortOptions = false,
        description = {
            "Draws images.",
            "Asks the gateway at --url. Without --url it asks the one on this machine, and if there is none it starts a"
                    + " fleet of its own (as `fleet up` does, with the same options) and stops it afterwards."
        })
public final class GenerateCommand implements Callable<Integer> {
    /** As long as workers may need to load their model. */
    private static final Duration WORKER_PATIENCE = Duration.ofMinutes(2);

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "PROMPT", description = "What to draw.")
    private String prompt;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.png",
            required = true,
            description = "Where to put the image. With --count: FILE-0.png, FILE-1.png and so on.")
    private Path output;

    @Option(names = "--negative-prompt", paramLabel = "TEXT", description = "What guidance leads away from.")
    private @Nullable String negativePrompt;

    @ArgGroup(exclusive = false)
    private @Nullable InitImageOptions initImage;

    @Option(
            names = "--adapter",
            paramLabel = "NAME[=SCALE]",
            converter = AdapterArgument.class,
            description =
                    "A LoRA adapter: the version of its route, or NAME@VERSION. Several are added up, at most one of"
                            + " them a student.")
    private List<RequestedAdapter> adapters = new ArrayList<>();

    @Option(names = "--adapter-scale", paramLabel = "X", description = "Strength of the one adapter.")
    private @Nullable Double adapterScale;

    @Option(
            names = "--guidance-scale",
            paramLabel = "X",
            description = "How strongly the prompt counts. 1 takes half the computation.")
    private @Nullable Double guidanceScale;

    @Option(names = "--steps", paramLabel = "N", description = "Sampler steps.")
    private @Nullable Integer steps;

    @Option(names = "--sampler", paramLabel = "NAME", description = "One of: ${COMPLETION-CANDIDATES}, in any case.")
    private @Nullable SamplerName sampler;

    @Option(names = "--width", paramLabel = "PIXELS", description = "Width of the image.")
    private @Nullable Integer width;

    @Option(names = "--height", paramLabel = "PIXELS", description = "Height of the image.")
    private @Nullable Integer height;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed gives the same image.")
    private @Nullable Long seed;

    @Option(names = "--count", paramLabel = "N", description = "How many images; each has a seed one higher.")
    private @Nullable Integer count;

    @Option(
            names = "--priority",
            paramLabel = "NAME",
            description = "One of: ${COMPLETION-CANDIDATES}, in any case. Batch waits for interactive ones.")
    private @Nullable Priority priority;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            converter = ShortDuration.class,
            description = "How long the images are wanted, such as 30s or 5m; later they are not drawn.")
    private @Nullable Duration deadline;

    @Option(names = "--url", paramLabel = "URL", description = "A gateway that runs already.")
    private @Nullable URI url;

    @Option(names = "--json", description = "Prints the finished generation as JSON.")
    private boolean json;

    @Mixin
    private FleetOptions options;

    private volatile @Nullable String runningId;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ImageFiles files = new ImageFiles(output);
        NewGeneration order = order(); // before anything is started for it
        try (LocalFleet own = new LocalFleet(options.settings(), System.err::println)) {
            GatewayClient gateway = new GatewayClient(url == null ? own.gateway() : url);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, own)));
            if (url == null && !gateway.isReady()) {
                own.start();
            }
            Response<GenerationStatus> finished = follow(gateway, order);
            if (json) {
                System.out.println(finished.json());
            }
            return report(finished.value(), gateway, files);
        }
    }

    private Response<GenerationStatus> follow(GatewayClient gateway, NewGeneration order) throws InterruptedException {
        // Counted from here on: a fleet may have had to start first.
        NewGeneration timed =
                deadline == null ? order : order.until(Instant.now().plus(deadline));
        runningId = gateway.generate(timed, WORKER_PATIENCE).id();
        try (ProgressDisplay progress = ProgressDisplay.on(System.err)) {
            return new GenerationFollower(gateway, progress).follow(runningId);
        } finally {
            runningId = null;
        }
    }

    private NewGeneration order() throws IOException {
        return new NewGeneration(
                prompt,
                negativePrompt,
                initImage == null ? null : initImage.base64(),
                initImage == null ? null : initImage.strength(),
                scaledAdapters(),
                guidanceScale,
                steps,
                sampler,
                width,
                height,
                seed,
                count,
                priority,
                null);
    }

    private List<RequestedAdapter> scaledAdapters() {
        if (adapterScale == null) {
            return adapters;
        }
        if (adapters.size() != 1 || adapters.get(0).scale() != null) {
            throw new ParameterException(
                    command.commandLine(), "--adapter-scale: expected one --adapter without a scale of its own");
        }
        return List.of(new RequestedAdapter(adapters.get(0).adapter(), adapterScale));
    }

    private void stop(GatewayClient gateway, LocalFleet own) {
        cancelRunning(gateway);
        own.close();
    }

    /** On Ctrl-C nobody waits for the images any more. */
    private void cancelRunning(GatewayClient gateway) {
        String id = runningId;
        if (id == null) {
            return;
        }
        try {
            gateway.cancel(id);
            System.err.println("fleet: generation " + id + " is cancelled");
        } catch (FleetException e) { // the gateway may have got the Ctrl-C too
            System.err.println("fleet: generation " + id + " is not cancelled, and a worker will still finish it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int report(GenerationStatus finished, GatewayClient gateway, ImageFiles files)
            throws IOException, InterruptedException {
        switch (finished.status()) {
            case SUCCEEDED -> {
                save(finished, gateway, files);
                return ExitCode.OK;
            }
            case FAILED -> {
                GenerationStatus.Failure failure = Objects.requireNonNull(finished.failure(), "the gateway says why");
                throw new FleetException(
                        "generation " + finished.id() + " failed (" + failure.reason() + "): " + failure.detail());
            }
            case EXPIRED ->
                throw new FleetException("generation " + finished.id() + " was not drawn before its deadline");
            default -> throw new FleetException("generation " + finished.id() + " was cancelled");
        }
    }

    private static void save(GenerationStatus finished, GatewayClient gateway, ImageFiles files)
            throws IOException, InterruptedException {
        for (GenerationStatus.Image image : finished.images()) {
            Path file = files.file(image.index(), finished.images().size());
            Files.write(file, gateway.image(image));
            System.err.println(file + "  seed " + image.seed());
        }
        System.err.printf(
                "%.1f s, %d UNet evaluations, generation %s%n",
                Objects.requireNonNull(finished.elapsed(), "it succeeded").toMillis() / 1000.0,
                finished.unetEvaluations(),
                finished.id());
    }
}

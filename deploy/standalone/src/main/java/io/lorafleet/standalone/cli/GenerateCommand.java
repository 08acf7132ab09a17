// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.AdapterArgument;
import io.lorafleet.standalone.cli.option.FleetOptions;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.InitImageOptions;
import io.lorafleet.standalone.cli.option.PromptOptions;
import io.lorafleet.standalone.cli.option.SamplingOptions;
import io.lorafleet.standalone.cli.option.ShortDuration;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.Response;
import io.lorafleet.standalone.client.ScaledAdapter;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.io.IOException;
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
            "Generates images.",
            "Sends the request to the gateway at --url. Without --url, the command uses the gateway on"
                    + " this machine. If none is running, it starts a fleet with the options of 'fleet up',"
                    + " and stops the fleet afterwards."
        })
public final class GenerateCommand implements Callable<Integer> {
    /** Long enough for workers to load their model. */
    private static final Duration WORKER_TIMEOUT = Duration.ofMinutes(2);

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "PROMPT", description = "Text that describes the image.")
    private String prompt;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.png",
            required = true,
            description = "PNG file for the image. Several images are saved as FILE-0.png, FILE-1.png, and so" + " on.")
    private Path output;

    @Option(
            names = "--base",
            paramLabel = "NAME",
            description = "Name of the base model, if the fleet has several. Default: the base of the adapters, or the"
                    + " fleet's default base.")
    private @Nullable String base;

    @Option(
            names = "--negative-prompt",
            paramLabel = "TEXT",
            description = "Text that describes what the image must not show. Requires a guidance scale above 1.")
    private @Nullable String negativePrompt;

    @Mixin
    private PromptOptions promptOptions;

    @ArgGroup(exclusive = false)
    private @Nullable InitImageOptions initImage;

    @Option(
            names = "--adapter",
            paramLabel = "NAME[=SCALE]",
            converter = AdapterArgument.class,
            description = "LoRA adapter to apply. NAME uses the adapter's route; NAME@VERSION selects a"
                    + " version. SCALE multiplies the effect of the adapter (default: 1). Repeat the option"
                    + " to combine adapters; at most one of them can be a student.")
    private List<ScaledAdapter> adapters = new ArrayList<>();

    @Option(
            names = "--adapter-scale",
            paramLabel = "X",
            description = "Scale of the adapter. Requires exactly one --adapter option, without a scale of its own.")
    private @Nullable Double adapterScale;

    @Option(
            names = "--guidance-scale",
            paramLabel = "X",
            description = "Guidance scale, 1 to 50. Higher values follow the prompt more closely; 1 turns"
                    + " guidance off and halves the computation. Default: set by the gateway.")
    private @Nullable Double guidanceScale;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Number of sampler steps, 1 to 1000. Default: set by the gateway.")
    private @Nullable Integer steps;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            description = "Sampler: ${COMPLETION-CANDIDATES} (not case-sensitive). Default: set by the gateway.")
    private @Nullable SamplerName sampler;

    @Mixin
    private SamplingOptions samplingOptions;

    @Option(
            names = "--width",
            paramLabel = "PIXELS",
            description = "Width of the image, in pixels. Default: the size at which the model was trained.")
    private @Nullable Integer width;

    @Option(
            names = "--height",
            paramLabel = "PIXELS",
            description = "Height of the image, in pixels. Default: the size at which the model was trained.")
    private @Nullable Integer height;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed for the noise. The same seed produces the same image. Default: random.")
    private @Nullable Long seed;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Number of images. The seed increases by 1 for each image. Default: 1.")
    private @Nullable Integer count;

    @Option(
            names = "--priority",
            paramLabel = "NAME",
            description = "Priority: ${COMPLETION-CANDIDATES} (not case-sensitive). Interactive images are"
                    + " generated first. Default: INTERACTIVE.")
    private @Nullable Priority priority;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            converter = ShortDuration.class,
            description = "Time limit, such as 30s or 5m. A generation that is not finished by then expires."
                    + " Default: set by the gateway.")
    private @Nullable Duration deadline;

    @Mixin
    private GatewayOptions gatewayOptions;

    @Mixin
    private FleetOptions options;

    private volatile @Nullable String runningId;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ImageFiles files = new ImageFiles(output);
        NewGeneration request = request(); // checks the options before a fleet starts
        try (LocalFleet own = new LocalFleet(options.settings(), System.err::println)) {
            GatewayClient gateway = gatewayOptions.client(own.gateway());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, own)));
            if (gatewayOptions.hasUrl() || gateway.isReady()) {
                options.requireNoneFor(gateway.url());
            } else {
                own.start();
            }
            Response<GenerationStatus> finished = follow(gateway, request);
            if (gatewayOptions.json()) {
                System.out.println(finished.json());
            }
            return report(finished.value(), gateway, files);
        }
    }

    private Response<GenerationStatus> follow(GatewayClient gateway, NewGeneration request)
            throws InterruptedException {
        // The time needed to start a fleet does not count towards the deadline.
        NewGeneration timed =
                deadline == null ? request : request.until(Instant.now().plus(deadline));
        runningId = gateway.generate(timed, WORKER_TIMEOUT).id();
        try (ProgressDisplay progress = ProgressDisplay.on(System.err)) {
            return new GenerationFollower(gateway, progress).follow(runningId);
        } finally {
            runningId = null;
        }
    }

    private NewGeneration request() throws IOException {
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
                null,
                base,
                promptOptions.longPrompt(),
                promptOptions.weights(),
                promptOptions.clipSkip(),
                samplingOptions.sampling());
    }

    private List<ScaledAdapter> scaledAdapters() {
        if (adapterScale == null) {
            return adapters;
        }
        if (adapters.size() != 1 || adapters.get(0).scale() != null) {
            throw new ParameterException(
                    command.commandLine(), "--adapter-scale: expected exactly one --adapter without a scale");
        }
        return List.of(new ScaledAdapter(adapters.get(0).adapter(), adapterScale));
    }

    private void stop(GatewayClient gateway, LocalFleet own) {
        cancelRunning(gateway);
        own.close();
    }

    /** After Ctrl-C, nobody will read the images. */
    private void cancelRunning(GatewayClient gateway) {
        String id = runningId;
        if (id == null) {
            return;
        }
        try {
            gateway.cancel(id);
            System.err.println("fleet: generation " + id + " was cancelled");
        } catch (FleetException e) { // Ctrl-C may also have stopped the gateway
            System.err.println("fleet: generation " + id + " could not be cancelled; a worker may still finish it");
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
                GenerationStatus.Failure failure =
                        Objects.requireNonNull(finished.failure(), "a failed generation has no reason");
                throw new FleetException(
                        "generation " + finished.id() + " failed (" + failure.reason() + "): " + failure.detail());
            }
            case EXPIRED ->
                throw new FleetException("generation " + finished.id() + " expired before its images were generated");
            default -> throw new FleetException("generation " + finished.id() + " was cancelled");
        }
    }

    private static void warnOfCut(String prompt, GenerationStatus.@Nullable Count count) {
        if (count != null && count.cut() > 0) {
            System.err.printf(
                    "fleet: the %s was truncated: %d tokens were used, %d were cut off%n",
                    prompt, count.used(), count.cut());
        }
    }

    private static void save(GenerationStatus finished, GatewayClient gateway, ImageFiles files)
            throws IOException, InterruptedException {
        for (GenerationStatus.Image image : finished.images()) {
            Path file = files.file(image.index(), finished.images().size());
            Files.write(file, gateway.image(image));
            System.err.println(file + "  seed " + image.seed());
        }
        if (finished.tokens() != null) {
            warnOfCut("prompt", finished.tokens().prompt());
            warnOfCut("negative prompt", finished.tokens().negativePrompt());
        }
        System.err.printf(
                "%.1f s, %d UNet evaluations, generation %s%n",
                Objects.requireNonNull(finished.elapsed(), "a successful generation has no duration")
                                .toMillis()
                        / 1000.0,
                finished.unetEvaluations(),
                finished.id());
    }
}

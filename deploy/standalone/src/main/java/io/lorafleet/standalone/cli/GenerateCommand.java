// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.Exit;
import io.lorafleet.standalone.cli.option.AdapterArgument;
import io.lorafleet.standalone.cli.option.BatchOptions;
import io.lorafleet.standalone.cli.option.ControlOptions;
import io.lorafleet.standalone.cli.option.FleetOptions;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.ImageFileOptions;
import io.lorafleet.standalone.cli.option.InitImageOptions;
import io.lorafleet.standalone.cli.option.JsonOption;
import io.lorafleet.standalone.cli.option.PromptOptions;
import io.lorafleet.standalone.cli.option.SamplingOptions;
import io.lorafleet.standalone.cli.option.ShortDuration;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.NoGatewayException;
import io.lorafleet.standalone.client.Retries;
import io.lorafleet.standalone.client.ScaledAdapter;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
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
            "Generates images, and prints the names of the files.",
            "The command uses the gateway that --url, LORAFLEET_URL or the current context selects, or else the"
                    + " gateway on this machine. If no gateway is running there, the command starts a fleet with the"
                    + " options of '${ROOT-COMMAND-NAME} up', and stops it afterwards."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} generate \"a large red star on a white background\" -o star.png",
            "  ${ROOT-COMMAND-NAME} generate --prompts prompts.txt -o images --format webp",
            "  ${ROOT-COMMAND-NAME} generate \"a blue ring\" --adapter fast=0.8 --seed 7 --json | jq .images[0].url"
        })
public final class GenerateCommand implements Callable<Integer> {
    /** Long enough for workers to load their model. */
    private static final Duration WORKER_TIMEOUT = Duration.ofMinutes(2);

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "PROMPT", arity = "0..1", description = "Text that describes the image.")
    private @Nullable String prompt;

    @Mixin
    private ImageFileOptions imageFiles;

    @Option(
            names = "--base",
            paramLabel = "NAME",
            description =
                    "Name of the base model, if the fleet has several. Default: the base model for which the adapters"
                            + " were made, or the fleet's default base model.")
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

    @Mixin
    private ControlOptions controlOptions;

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
            description =
                    "Scale of the adapter. Requires exactly one --adapter option, which must not contain a scale.")
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
            description = "Sampler: ${COMPLETION-CANDIDATES}. Default: set by the gateway.")
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
            description = "Seed for the noise. The same seed and settings produce the same image. Default: random.")
    private @Nullable Long seed;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Number of images. The seed increases by 1 for each image. Default: 1.")
    private @Nullable Integer count;

    @Option(
            names = "--priority",
            paramLabel = "NAME",
            description = "Priority: ${COMPLETION-CANDIDATES}. Interactive images are generated first. Default:"
                    + " interactive.")
    private @Nullable Priority priority;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            converter = ShortDuration.class,
            description = "Time limit, such as 30s or 5m. A generation that is not finished by then expires."
                    + " Default: set by the gateway.")
    private @Nullable Duration deadline;

    @Mixin
    private BatchOptions batch;

    @Mixin
    private JsonOption json;

    @Mixin
    private GatewayOptions gatewayOptions;

    @Mixin
    private FleetOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        // Checks everything that it can before a fleet starts.
        List<PromptLine> prompts = prompts();
        ImageFiles files = ImageFiles.of(imageFiles.output(), imageFiles.format(), imageFiles.quality());
        if (prompts.size() > 1 && files.file() != null) {
            throw new ParameterException(
                    command.commandLine(),
                    "--output: expected a folder for several prompts, found the file " + files.file());
        }
        int concurrency = batch.concurrency();
        List<ObjectNode> requests = requests(prompts);
        URI url = gatewayOptions.url();
        try (LocalFleet own = new LocalFleet(options.settings(), System.err::println)) {
            GatewayClient gateway = gatewayOptions.client(url == null ? own.gateway() : url);
            GenerationRunner runner = new GenerationRunner(gateway, retries(), files);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(runner, own)));
            if (url != null || gateway.isReady()) {
                options.requireNoneFor(gateway.url());
            } else if (batch.noWait()) {
                throw new NoGatewayException(gateway.url());
            } else {
                own.start();
            }
            GenerationReport report = new GenerationReport(json.isGiven(), batch.quiet());
            return (batch.prompts() == null
                            ? single(runner, requests.get(0), report)
                            : new GenerationBatch(runner, report, concurrency, this::timed, batch.noWait())
                                    .run(prompts, requests))
                    .code();
        }
    }

    /** After Ctrl-C, nobody will read the images. */
    private static void stop(GenerationRunner runner, LocalFleet own) {
        runner.cancelAll();
        own.close();
    }

    private List<PromptLine> prompts() throws IOException {
        if ((prompt == null) == (batch.prompts() == null)) {
            throw new ParameterException(
                    command.commandLine(),
                    "expected either PROMPT or --prompts, found " + (prompt == null ? "neither" : "both"));
        }
        return prompt == null ? PromptLine.read(batch.prompts()) : List.of(PromptLine.of(prompt));
    }

    private Exit single(GenerationRunner runner, ObjectNode request, GenerationReport report)
            throws IOException, InterruptedException {
        ObjectNode timed = timed(request);
        if (batch.noWait()) {
            return report.print(runner.submit(timed), "", "");
        }
        GenerationOutcome outcome;
        try (ProgressDisplay progress = batch.quiet() ? ProgressDisplay.NONE : ProgressDisplay.on(System.err)) {
            outcome = runner.generate(timed, ImageFiles.stem(String.valueOf(prompt)), progress);
        }
        return report.print(outcome, "", "");
    }

    private Retries retries() {
        return new Retries(WORKER_TIMEOUT, batch.retryTimeout(), waiting -> {
            if (!batch.quiet()) {
                System.err.println(waiting);
            }
        });
    }

    /** The fields of a line take precedence over the options. */
    private List<ObjectNode> requests(List<PromptLine> prompts) throws IOException {
        ObjectNode common = Json.read(Json.write(request("")), ObjectNode.class);
        return prompts.stream()
                .map(line -> common.deepCopy().<ObjectNode>setAll(line.fields()))
                .toList();
    }

    /** The time needed to start a fleet does not count towards the deadline. */
    private ObjectNode timed(ObjectNode request) {
        return deadline == null || request.has("deadline")
                ? request
                : request.put("deadline", Instant.now().plus(deadline).toString());
    }

    private NewGeneration request(String text) throws IOException {
        return NewGeneration.of(text)
                .negativePrompt(negativePrompt)
                .initImage(initImage == null ? null : initImage.base64())
                .strength(initImage == null ? null : initImage.strength())
                .adapters(scaledAdapters())
                .guidanceScale(guidanceScale)
                .steps(steps)
                .sampler(sampler)
                .size(width, height)
                .seed(seed)
                .count(count)
                .priority(priority)
                .model(base)
                .longPrompt(promptOptions.longPrompt())
                .promptWeights(promptOptions.weights())
                .clipSkip(promptOptions.clipSkip())
                .mask(initImage == null ? null : initImage.mask())
                .keepUnmasked(initImage == null ? null : initImage.keepUnmasked())
                .sampling(samplingOptions.sampling())
                .controls(controlOptions.controls())
                .build();
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
}

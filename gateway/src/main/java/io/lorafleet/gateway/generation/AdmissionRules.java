// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decides whether an order can be drawn, and everything that it leaves open. */
public final class AdmissionRules {
    private static final int DEFAULT_STEPS = 20;
    private static final int ADAPTERS_NAMED = 10;

    private static final Duration DECODING_WITHIN = Duration.ofSeconds(5);

    private final ImageDecoding decoding =
            new ImageDecoding(Runtime.getRuntime().availableProcessors(), DECODING_WITHIN);
    private final Limits limits;
    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final Shadows shadows;
    private final Backlog backlog;
    private final WebhookRules webhooks;
    private final Clock clock;

    public AdmissionRules(
            Limits limits,
            ModelDirectory models,
            AdapterRegistry adapters,
            Backlog backlog,
            WebhookRules webhooks,
            Clock clock) {
        this.limits = limits;
        this.models = models;
        this.adapters = adapters;
        this.shadows = new Shadows(adapters);
        this.backlog = backlog;
        this.webhooks = webhooks;
        this.clock = clock;
    }

    public Admission admit(GenerationRequest order, RequestIdentity id) {
        Optional<BaseModel> model = models.current();
        if (model.isEmpty()) {
            return new Admission.NoModel();
        }
        FieldChecks checks = new FieldChecks();
        List<ResolvedAdapter> resolved = new ArrayList<>();
        for (AdapterReference named : AdapterReference.of(order, checks)) {
            Optional<AdapterVersion> version = adapters.resolve(named.reference(), id.requestId());
            if (version.isEmpty()) {
                return new Admission.UnknownAdapter(
                        named.field(),
                        adapters.names().stream().limit(ADAPTERS_NAMED).toList());
            }
            resolved.add(new ResolvedAdapter(named, version.get()));
        }
        return admit(id, order, model.get(), resolved, checks);
    }

    private Admission admit(
            RequestIdentity id,
            GenerationRequest order,
            BaseModel model,
            List<ResolvedAdapter> resolved,
            FieldChecks checks) {
        Instant now = clock.instant();
        if (order.prompt() == null) {
            checks.refuse("prompt", "a text", "none");
        }
        String prompt = checks.text("prompt", limits.maxPromptLength(), order.prompt(), "");
        String negativePrompt = checks.text("negativePrompt", limits.maxPromptLength(), order.negativePrompt(), "");
        GuidanceSettings scales = GuidanceSettings.of(resolved, order.guidanceScale(), checks);
        int steps = checks.whole("steps", 1, limits.maxSteps(), order.steps(), DEFAULT_STEPS);
        SamplerName sampler = checks.oneOf("sampler", SamplerName.values(), order.sampler(), model.defaultSampler());
        InitImageFile image = InitImageFile.of(order, steps, limits, checks);
        int width = side("width", order.width(), image == null ? null : image.width(), model, checks);
        int height = side("height", order.height(), image == null ? null : image.height(), model, checks);
        if ((long) width * height > limits.maxPixels()) {
            checks.refuse("width * height", "at most " + limits.maxPixels() + " pixels", (long) width * height);
        }
        int count = checks.whole("count", 1, limits.maxCount(), order.count(), 1);
        long lastFirstSeed = GenerateImage.MAX_SEED - count + 1; // image k draws from seed + k
        long seed = checks.whole("seed", 0, lastFirstSeed, order.seed(), seed(id, lastFirstSeed));
        Priority priority = checks.oneOf("priority", Priority.values(), order.priority(), Priority.INTERACTIVE);
        Instant deadline = checks.future("deadline", order.deadline(), now);
        webhooks.check(order.webhook(), checks);
        if (!checks.badFields().isEmpty()) {
            return new Admission.Refused(checks.badFields());
        }
        GenerateImage request = new GenerateImage(
                id.requestId(),
                prompt,
                negativePrompt,
                image == null ? null : image.reference(),
                scales.adapters(),
                scales.guidanceScale(),
                steps,
                sampler,
                width,
                height,
                seed,
                count,
                shadows.pick(id.requestId(), resolved, scales).orElse(null),
                priority,
                deadline,
                order.webhook(),
                id.owner(),
                id.orderSha256(),
                now);
        long unit = (long) model.defaultSize() * model.defaultSize();
        return overload(request, unit)
                .or(() -> image == null ? Optional.empty() : decoding.refusal(image)) // the dearest check last
                .orElseGet(() -> new Admission.Admitted(request, image));
    }

    /** @param unit pixels of an image of the model's own size */
    private Optional<Admission> overload(GenerateImage request, long unit) {
        Optional<Admission> all =
                overload(request, backlog.waiting(), limits.maxQueuedRequests(), limits.maxQueuedEvaluations() * unit);
        return all.isPresent() || request.owner() == null
                ? all
                : overload(
                        request,
                        backlog.waiting(request.owner()),
                        limits.maxQueuedRequestsPerCaller(),
                        limits.maxQueuedEvaluationsPerCaller() * unit);
    }

    /** However much it is, what nothing stands before is let through: else it could never be drawn. */
    private Optional<Admission> overload(
            GenerateImage request, Backlog.Waiting waiting, int mostRequests, long mostCost) {
        long over = waiting.requests() == 0 ? 0 : waiting.cost() + request.cost() - mostCost;
        if (waiting.requests() >= mostRequests) {
            over = Math.max(over, request.cost());
        }
        return over > 0 ? Optional.of(new Admission.Overloaded(backlog.timeFor(over))) : Optional.empty();
    }

    /** By chance, but the same wherever the same request is admitted. */
    private static long seed(RequestIdentity id, long last) {
        long random = UUID.fromString(id.requestId()).getLeastSignificantBits();
        return Math.floorMod(random, last + 1);
    }

    /** @param ofImage the side of the init image, or null if there is none */
    private static int side(
            String field, @Nullable Integer ordered, @Nullable Integer ofImage, BaseModel model, FieldChecks checks) {
        Integer value = ordered == null && ofImage != null
                ? Integer.valueOf(ofImage - ofImage % model.sizeMultiple())
                : ordered;
        return checks.multiple(
                field,
                model.sizeMultiple(),
                GenerateImage.MIN_SIZE,
                GenerateImage.MAX_SIZE,
                value,
                model.defaultSize());
    }
}

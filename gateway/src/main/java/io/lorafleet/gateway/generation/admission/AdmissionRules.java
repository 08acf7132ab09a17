// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.GatewayConfig.Limits;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.model.Pool;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.generation.SamplingOptions;
import io.lorafleet.messages.generation.ShadowStudent;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.registry.HashBucket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decides whether a generation request is admitted, and fills in its defaults. */
public final class AdmissionRules {
    private static final int ADAPTERS_NAMED = 10;

    private static final Duration DECODING_WITHIN = Duration.ofSeconds(5);

    private final ImageDecoding decoding =
            new ImageDecoding(Runtime.getRuntime().availableProcessors(), DECODING_WITHIN);
    private final Limits limits;
    private final ModelDirectory models;
    private final BaseChoice bases;
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
        this.bases = new BaseChoice(models);
        this.adapters = adapters;
        this.shadows = new Shadows(adapters);
        this.backlog = backlog;
        this.webhooks = webhooks;
        this.clock = clock;
    }

    /** @return the maximum number of pixels, width times height, of an image of this base */
    public long maxPixels(BaseModel base) {
        return RequestedSize.maxPixels(base, limits);
    }

    public Admission admit(GenerationRequest body, RequestIdentity id) {
        if (models.pools().isEmpty()) {
            return new Admission.NoModel();
        }
        FieldChecks checks = new FieldChecks();
        List<ResolvedAdapter> resolved = new ArrayList<>();
        for (AdapterReference named : AdapterReference.of(body, checks)) {
            Optional<AdapterVersion> version = adapters.resolve(named.reference(), id.requestId());
            if (version.isEmpty()) {
                return new Admission.UnknownAdapter(
                        named.field(),
                        adapters.names().stream().limit(ADAPTERS_NAMED).toList());
            }
            resolved.add(new ResolvedAdapter(named, version.get()));
        }
        Optional<BaseModel> base = bases.select(body.model(), resolved, checks);
        if (base.isEmpty()) {
            return new Admission.Refused(checks.badFields());
        }
        Optional<Pool> pool = pool(base.get(), body, id.requestId());
        return pool.isEmpty() // the last pool of this base has just received another base
                ? new Admission.NoModel()
                : admit(id, body, pool.get(), resolved, checks);
    }

    private Admission admit(
            RequestIdentity id,
            GenerationRequest given,
            Pool pool,
            List<ResolvedAdapter> resolved,
            FieldChecks checks) {
        BaseModel model = pool.base();
        GenerationRequest body = PrescribedSampling.fill(given, resolved, model.defaultSampler(), checks);
        Instant now = clock.instant();
        if (body.prompt() == null) {
            checks.refuse("prompt", "a string", "none");
        }
        String prompt = checks.text("prompt", limits.maxPromptLength(), body.prompt(), "");
        String negativePrompt = checks.text("negativePrompt", limits.maxPromptLength(), body.negativePrompt(), "");
        TriggerWords.check(resolved, prompt, negativePrompt, checks);
        GuidanceSettings scales = GuidanceSettings.of(resolved, body.guidanceScale(), checks);
        SamplingFields sampling = SamplingFields.of(body, checks);
        int steps = sampling.steps(body.steps(), limits.maxSteps());
        SamplerName sampler = checks.oneOf("sampler", SamplerName.values(), body.sampler(), model.defaultSampler());
        PromptEncoding encoding = PromptEncodingField.of(body, model, resolved, checks);
        InitImageFile image = InitImageFile.of(body, model, steps, limits, checks);
        SamplingOptions options = sampling.options(sampler, steps, scales.guidanceScale() != 1, image);
        RequestImages images = new RequestImages(image, controls(body, pool, sampler, steps, image, checks));
        RequestedSize size = RequestedSize.of(body, images.forSize(), model, limits, checks);
        int count = checks.whole("count", 1, limits.maxCount(), body.count(), 1);
        long lastFirstSeed = GenerateImage.MAX_SEED - count + 1; // image k uses seed + k
        long seed = checks.whole("seed", 0, lastFirstSeed, body.seed(), seed(id, lastFirstSeed));
        Priority priority = checks.oneOf("priority", Priority.values(), body.priority(), Priority.INTERACTIVE);
        Instant deadline = checks.future("deadline", body.deadline(), now);
        webhooks.check(body.webhook(), checks);
        if (!checks.badFields().isEmpty()) {
            return new Admission.Refused(checks.badFields());
        }
        GenerateImage request = GenerateImage.builder(id.requestId(), now)
                .prompt(prompt)
                .negativePrompt(negativePrompt)
                .initImage(image == null ? null : image.reference())
                .adapters(scales.adapters())
                .guidanceScale(scales.guidanceScale())
                .steps(steps)
                .sampler(sampler)
                .size(size.width(), size.height())
                .seed(seed)
                .count(count)
                .shadow(shadow(id, resolved, scales, model, options))
                .priority(priority)
                .deadline(deadline)
                .webhook(body.webhook())
                .owner(id.owner())
                .orderSha256(id.bodySha256())
                .baseFingerprint(model.fingerprint())
                .pool(PoolName.field(pool.name()))
                .promptEncoding(encoding)
                .sampling(options)
                .controls(images.appliedControls())
                .build();
        long unit = (long) model.defaultSize() * model.defaultSize();
        return overload(request, unit)
                .or(() -> images.isEmpty() // last, because it is expensive
                        ? Optional.empty()
                        : decoding.refusal(images, request, model.sizeMultiple()))
                .orElseGet(() -> new Admission.Admitted(request, images));
    }

    private List<ControlFile> controls(
            GenerationRequest body,
            Pool pool,
            SamplerName sampler,
            int steps,
            @Nullable InitImageFile image,
            FieldChecks checks) {
        int made = image == null
                ? steps
                : InitImage.stepsMade(steps, image.reference().strength());
        int bytesLeft = limits.maxInitImageBytes() - (image == null ? 0 : image.bytes());
        return new ControlFields(pool, sampler.evaluations(made), bytesLeft, limits, checks).of(body);
    }

    /** @return the shadow; null if there is none. A shadow needs guidance in every step, to compare with */
    private @Nullable ShadowStudent shadow(
            RequestIdentity id,
            List<ResolvedAdapter> resolved,
            GuidanceSettings scales,
            BaseModel model,
            @Nullable SamplingOptions options) {
        return options != null && options.guidanceInterval() != null
                ? null
                : shadows.pick(id.requestId(), resolved, scales, model.fingerprint())
                        .orElse(null);
    }

    /**
     * @return the pool with this base that has the ControlNets of the request, and among several the one with the least
     *     unfinished work per slot of its ready workers
     */
    private Optional<Pool> pool(BaseModel base, GenerationRequest body, String requestId) {
        return models.pools().stream()
                .filter(pool -> pool.base().equals(base))
                .min(Comparator.comparingLong((Pool pool) -> ControlFields.missing(body, pool))
                        .thenComparing(pool -> pool.readySlots() == 0)
                        .thenComparingDouble(
                                pool -> (double) backlog.waiting(pool.name()).cost() / Math.max(1, pool.readySlots()))
                        .thenComparingDouble(pool -> HashBucket.of(pool.name(), requestId)));
    }

    /** @param unit number of pixels in an image of the model's default size */
    private Optional<Admission> overload(GenerateImage request, long unit) {
        long over = excess(request, backlog.waiting(request.poolName()), limits.maxQueuedEvaluations() * unit);
        if (backlog.waiting().requests() >= limits.maxQueuedRequests()) {
            over = Math.max(over, request.cost());
        }
        if (request.owner() != null) {
            Backlog.Waiting ofCaller = backlog.waitingOf(request.owner());
            over = Math.max(over, excess(request, ofCaller, limits.maxQueuedEvaluationsPerCaller() * unit));
            if (ofCaller.requests() >= limits.maxQueuedRequestsPerCaller()) {
                over = Math.max(over, request.cost());
            }
        }
        return over > 0
                ? Optional.of(new Admission.Overloaded(backlog.timeFor(request.poolName(), over)))
                : Optional.empty();
    }

    /**
     * If there are no unfinished requests, a request of any cost is admitted. Without this exception, a large request
     * could never run.
     */
    private static long excess(GenerateImage request, Backlog.Waiting waiting, long mostCost) {
        return waiting.requests() == 0 ? 0 : waiting.cost() + request.cost() - mostCost;
    }

    /** Derives a random seed from the request id, so that every gateway chooses the same seed. */
    private static long seed(RequestIdentity id, long last) {
        long random = UUID.fromString(id.requestId()).getLeastSignificantBits();
        return Math.floorMod(random, last + 1);
    }
}

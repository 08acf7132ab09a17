// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.generation.admission.Origin;
import io.lorafleet.gateway.generation.admission.WebhookRules;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.webhook.WebhookHeader.Target;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerateImage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Calls the webhooks of finished generations, and retries failed calls. Because URLs can contain tokens, messages quote
 * no part of a URL except the host.
 */
public final class Webhooks {
    private static final Logger LOG = Logger.getLogger(Webhooks.class);
    private static final String DELIVERED = "delivered";
    private static final String GIVEN_UP = "given-up";
    private static final List<String> OUTCOMES = List.of(DELIVERED, GIVEN_UP);

    private final List<WebhookSecret> secrets;
    private final WebhookHeader header;
    private final List<Duration> pauses;
    private final Duration giveUpAfter;
    private final CallLimits limits;
    private final WebhookClient client;
    private final Clock clock;
    private final MeterRegistry meters;

    /**
     * The payload. It contains only the generation's id and status; receivers query the rest with their own
     * credentials.
     */
    private record Event(String type, Instant timestamp, Data data) {
        private record Data(String id, String status) {}

        static Event of(Generation generation) {
            String status = generation.status().name().toLowerCase(Locale.ROOT);
            return new Event("generation." + status, generation.finishedAt(), new Data(generation.id(), status));
        }
    }

    /** @param until time after which no further attempt starts */
    private record Call(URI url, String id, byte[] body, List<WebhookSecret> secrets, Instant until) {
        Map<String, String> headers(Instant now) {
            return Map.of(
                    "Content-Type",
                    "application/json",
                    "webhook-id",
                    id,
                    "webhook-timestamp",
                    Long.toString(now.getEpochSecond()),
                    "webhook-signature",
                    secrets.stream()
                            .map(secret -> secret.signature(id, now, body))
                            .collect(Collectors.joining(" ")));
        }
    }

    /**
     * @param secrets secrets from which the owners' secrets are derived: every call is signed with all of them, but an
     *     owner sees only the first; empty to disable webhooks
     */
    public Webhooks(
            List<WebhookSecret> secrets,
            WebhookRules rules,
            GatewayConfig.Webhooks config,
            Clock clock,
            MeterRegistry meters,
            Vertx vertx) {
        this.secrets = List.copyOf(secrets);
        this.header = new WebhookHeader(this.secrets);
        this.pauses = List.copyOf(config.pauses());
        this.giveUpAfter = config.giveUpAfter();
        this.limits = new CallLimits(vertx, config.maxConcurrentCalls(), config.maxConcurrentCallsPerHost());
        this.client = new WebhookClient(vertx, rules, config.timeout(), config.maxConcurrentCalls());
        this.clock = clock;
        this.meters = meters;
        OUTCOMES.forEach(this::counter); // a rate needs a first value of 0
    }

    /**
     * @param owner owner of the secret; null in open mode
     * @return the owner's signing secret; empty if webhooks are disabled
     */
    public Optional<String> secretOf(@Nullable String owner) {
        return secrets.stream().findFirst().map(secret -> secret.of(owner).text());
    }

    /** @return the record header with the request's webhook; empty if there is none or webhooks are disabled */
    public Optional<byte[]> headerOf(GenerateImage request) {
        return secrets.isEmpty()
                ? Optional.empty()
                : targetOf(request).map(target -> header.write(request.requestId(), target));
    }

    private static Optional<Target> targetOf(@Nullable GenerateImage request) {
        return request == null || request.webhook() == null
                ? Optional.empty()
                : Optional.of(new Target(request.webhook(), request.owner()));
    }

    /**
     * Completes without a failure when the call has succeeded or been abandoned. This takes at most {@code
     * lorafleet.webhooks.give-up-after} plus {@code lorafleet.webhooks.timeout}, whatever the receiver does.
     *
     * @param requestHeader the result's copy of the request's webhook header; null if there is none, as in the results
     *     of older workers. If it is null, the generation must contain its request
     */
    public Uni<Void> send(Generation generation, byte @Nullable [] requestHeader) {
        if (secrets.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return Optional.ofNullable(requestHeader)
                .flatMap(bytes -> header.read(generation.id(), bytes))
                .or(() -> targetOf(generation.request()))
                .map(target -> send(generation, target))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private Uni<Void> send(Generation generation, Target target) {
        return deliver(generation, target)
                .onItem()
                .invoke(() -> count(DELIVERED))
                .onFailure()
                .recoverWithItem(e -> {
                    LOG.warnf("Gave up on the webhook of generation %s: %s", generation.id(), e.getMessage());
                    count(GIVEN_UP);
                    return null;
                });
    }

    /** Calls the webhook of the generation's request. Fails when the call has been abandoned. */
    Uni<Void> deliver(Generation generation) {
        return deliver(generation, targetOf(generation.request()).orElseThrow());
    }

    private Uni<Void> deliver(Generation generation, Target target) {
        return Uni.createFrom().deferred(() -> attempt(call(generation, target), 0));
    }

    private Call call(Generation generation, Target target) {
        return new Call(
                parse(target.url()),
                generation.id(),
                Json.write(Event.of(generation)),
                secrets.stream().map(secret -> secret.of(target.owner())).toList(),
                clock.instant().plus(giveUpAfter));
    }

    private static URI parse(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("expected a URL, found other text"); // does not quote the text
        }
    }

    private Uni<Void> attempt(Call call, int attempt) {
        return Uni.createFrom()
                .completionStage(() -> make(call).toCompletionStage())
                .onFailure(IOException.class)
                .recoverWithUni(e -> {
                    boolean last = attempt == pauses.size()
                            || clock.instant().plus(pauses.get(attempt)).isAfter(call.until());
                    return last
                            ? Uni.createFrom().failure(e)
                            : Uni.createFrom()
                                    .voidItem()
                                    .onItem()
                                    .delayIt()
                                    .by(pauses.get(attempt))
                                    .chain(() -> attempt(call, attempt + 1));
                });
    }

    private Future<Void> make(Call call) {
        return limits.call(
                        Origin.of(call.url()).host(),
                        Duration.between(clock.instant(), call.until()),
                        () -> client.post(call.url(), call.headers(clock.instant()), call.body()))
                .compose(status -> status / 100 == 2
                        ? Future.succeededFuture()
                        : Future.failedFuture(new IOException("expected status 2xx, found " + status)));
    }

    private void count(String outcome) {
        counter(outcome).increment();
    }

    private Counter counter(String outcome) {
        return meters.counter("lorafleet.webhooks", "outcome", outcome);
    }
}

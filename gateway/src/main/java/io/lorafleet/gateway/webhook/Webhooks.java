// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.Origin;
import io.lorafleet.gateway.generation.WebhookRules;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerateImage;
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
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells the URLs that clients named which of their generations are finished, and again if they do not answer. URLs may hold
 * tokens, so nothing here quotes more of them than the host.
 */
public final class Webhooks {
    private static final Logger LOG = Logger.getLogger(Webhooks.class);

    private final List<WebhookSecret> secrets;
    private final List<Duration> pauses;
    private final Duration giveUpAfter;
    private final CallLimits limits;
    private final WebhookClient client;
    private final Clock clock;
    private final MeterRegistry meters;

    /** What a URL is told. Whoever wants to know more asks for the generation, with its own credentials. */
    private record Event(String type, Instant timestamp, Data data) {
        private record Data(String id, String status) {}

        static Event of(Generation generation) {
            String status = generation.status().name().toLowerCase(Locale.ROOT);
            return new Event("generation." + status, generation.finishedAt(), new Data(generation.id(), status));
        }
    }

    /** @param until when it is given up, if it waits then */
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

    /** @param secrets each of which signs every call; none if there are no calls. The first is what clients are shown */
    public Webhooks(
            List<WebhookSecret> secrets,
            WebhookRules rules,
            GatewayConfig.Webhooks config,
            Clock clock,
            MeterRegistry meters,
            Vertx vertx) {
        this.secrets = List.copyOf(secrets);
        this.pauses = List.copyOf(config.pauses());
        this.giveUpAfter = config.giveUpAfter();
        this.limits = new CallLimits(vertx, config.maxConcurrentCalls(), config.maxConcurrentCallsPerHost());
        this.client = new WebhookClient(vertx, rules, config.timeout(), config.maxConcurrentCalls());
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * @param owner null where nobody has to say who he is
     * @return what calls of the owner's generations are signed with; empty if there are no calls
     */
    public Optional<String> secretOf(@Nullable String owner) {
        return secrets.stream().findFirst().map(secret -> secret.of(owner).text());
    }

    /**
     * Ends, without a failure, when the URL has taken it, or when it is given up: whatever the URL does, that is not later
     * than {@code lorafleet.webhooks.give-up-after} and {@code .timeout} together.
     */
    public Uni<Void> tell(Generation generation) {
        if (secrets.isEmpty()
                || generation.request() == null
                || generation.request().webhook() == null) {
            return Uni.createFrom().voidItem();
        }
        return deliver(generation)
                .onItem()
                .invoke(() -> count("delivered"))
                .onFailure()
                .recoverWithItem(e -> {
                    LOG.warnf("the webhook of generation %s is given up: %s", generation.id(), e.getMessage());
                    count("given-up");
                    return null;
                });
    }

    /** Fails when it is given up. */
    Uni<Void> deliver(Generation generation) {
        return Uni.createFrom().deferred(() -> attempt(call(generation), 0));
    }

    private Call call(Generation generation) {
        GenerateImage request = Objects.requireNonNull(generation.request(), "it names the webhook");
        return new Call(
                parse(Objects.requireNonNull(request.webhook(), "that is what is called")),
                generation.id(),
                Json.write(Event.of(generation)),
                secrets.stream().map(secret -> secret.of(request.owner())).toList(),
                clock.instant().plus(giveUpAfter));
    }

    private static URI parse(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("expected a URL, found another text"); // without the text
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
        meters.counter("lorafleet.webhooks", "outcome", outcome).increment();
    }
}

package io.lorafleet.gateway.webhook;

import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.WebhookRules;
import io.lorafleet.messages.Json;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Tells the URLs that clients named which of their generations are finished, and again if they do not answer. */
public final class Webhooks {
    private static final Logger LOG = Logger.getLogger(Webhooks.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Optional<Signature> signature;
    private final WebhookRules rules;
    private final List<Duration> pauses;
    private final Clock clock;
    private final MeterRegistry meters;
    // Without redirects: they would lead to where nobody looked.
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /** What a URL is told. Whoever wants to know more asks for the generation, with its own credentials. */
    private record Event(String type, Instant timestamp, Data data) {
        private record Data(String id, String status) {}

        static Event of(Generation generation) {
            String status = generation.status().name().toLowerCase(Locale.ROOT);
            return new Event("generation." + status, generation.finished().at(), new Data(generation.id(), status));
        }
    }

    /**
     * @param secret that calls are signed with; empty if there are none
     * @param pauses before each of the further attempts
     * @throws IllegalArgumentException if the secret is none
     */
    public Webhooks(
            Optional<String> secret, WebhookRules rules, List<Duration> pauses, Clock clock, MeterRegistry meters) {
        this.signature = secret.map(Signature::new);
        this.rules = rules;
        this.pauses = List.copyOf(pauses);
        this.clock = clock;
        this.meters = meters;
    }

    /** Ends, without a failure, when the URL has taken it, or when it is given up. */
    public Uni<Void> tell(Generation generation) {
        String url = generation.request() == null ? null : generation.request().webhook();
        if (url == null || signature.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        byte[] body = Json.write(Event.of(generation));
        return attempt(URI.create(url), generation.id(), body, 0)
                .onItem()
                .invoke(() -> count("delivered"))
                .onFailure()
                .recoverWithItem(e -> {
                    LOG.warnf("the webhook of generation %s is given up: %s", generation.id(), e.getMessage());
                    count("given-up");
                    return null;
                });
    }

    private Uni<Void> attempt(URI url, String id, byte[] body, int attempt) {
        Uni<Void> first = Uni.createFrom().deferred(() -> call(url, id, body));
        return first.onFailure(IOException.class)
                .recoverWithUni(e -> attempt == pauses.size()
                        ? Uni.createFrom().failure(e)
                        : Uni.createFrom()
                                .voidItem()
                                .onItem()
                                .delayIt()
                                .by(pauses.get(attempt))
                                .chain(() -> attempt(url, id, body, attempt + 1)));
    }

    private Uni<Void> call(URI url, String id, byte[] body) {
        try {
            if (!rules.mayReach(url)) {
                return Uni.createFrom()
                        .failure(new IllegalArgumentException(
                                "expected a public address, found that " + url.getHost() + " has a private one"));
            }
        } catch (IOException e) {
            return Uni.createFrom().failure(e);
        }
        Instant now = clock.instant();
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("webhook-id", id)
                .header("webhook-timestamp", Long.toString(now.getEpochSecond()))
                .header("webhook-signature", signature.orElseThrow().of(id, now, body))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return Uni.createFrom()
                .completionStage(() -> http.sendAsync(request, BodyHandlers.discarding()))
                .onItem()
                .transformToUni(answer -> answer.statusCode() / 100 == 2
                        ? Uni.createFrom().voidItem()
                        : Uni.createFrom()
                                .failure(new IOException("expected status 2xx, found " + answer.statusCode())));
    }

    private void count(String outcome) {
        meters.counter("lorafleet.webhooks", "outcome", outcome).increment();
    }
}

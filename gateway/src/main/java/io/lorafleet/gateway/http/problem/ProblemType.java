// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import java.net.URI;
import java.util.Locale;

/** The kinds of error that this API answers with. */
public enum ProblemType {
    INVALID_REQUEST(400, "The request is not valid"),
    UNAUTHENTICATED(401, "This gateway asks who you are"),
    FORBIDDEN(403, "You may not do this"),
    FOREIGN_ORIGIN(403, "Pages of other sites may not call this gateway"),
    PROXIED(403, "A gateway in open mode serves no proxy"),
    NO_ADAPTER_DIRECTORY(403, "This gateway loads no adapters from its disk"),
    NOT_FOUND(404, "There is no such thing"),
    MODEL_NOT_FOUND(404, "There is no such model"),
    METHOD_NOT_ALLOWED(405, "The method cannot be used here"),
    NOT_ACCEPTABLE(406, "None of the accepted media types can be served"),
    TOO_SLOW(408, "The body did not come in time"),
    ALREADY_FINISHED(409, "The generation is already finished"),
    NOT_SUCCEEDED(409, "The generation has no images"),
    NO_SUCH_IMAGE(409, "The generation has no such image"),
    NO_STUDENT(409, "No student drew the image"),
    ORDER_UNDERWAY(409, "The same order is being taken"),
    CANCELLED(409, "The generation was cancelled"),
    ROUTED(409, "A route uses the version"),
    NOTHING_BEFORE(409, "There is nothing to roll back to"),
    TOO_LARGE(413, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body's media type cannot be read"),
    FOREIGN_HOST(421, "This gateway does not go by that name"),
    UNKNOWN_ADAPTER(422, "There is no such adapter"),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key belongs to another order"),
    INVALID_ADAPTER(422, "The file cannot be used as an adapter"),
    OVERLOADED(429, "Too much is waiting already"),
    ALLOWANCE_USED(429, "You have stored as much as you may"),
    GENERATION_FAILED(500, "The generation failed"),
    INTERNAL(500, "Something went wrong in the gateway"),
    BUSY(503, "The gateway is busy"),
    NO_WORKER(503, "No worker has announced its model yet"),
    NOT_PUBLISHED(503, "The broker did not take the request"),
    TIMEOUT(504, "The generation took too long"),
    EXPIRED(504, "The generation's deadline passed"),
    INSUFFICIENT_STORAGE(507, "The blob store is full"),
    /** For any other status that the framework answers with. */
    OTHER(0, "The request cannot be served");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    String title() {
        return title;
    }

    public URI uri() {
        return URI.create(
                "urn:lorafleet:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
}

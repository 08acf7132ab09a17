// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.DamagedManifestException;
import io.lorafleet.gateway.storage.AllowanceUsedException;
import io.lorafleet.storage.StorageFullException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpClosedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.CharConversionException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps exceptions to problems. */
final class Problems {
    private static final Logger LOG = Logger.getLogger(Problems.class);

    private static final Duration RETRY_UNPUBLISHED_AFTER = Duration.ofSeconds(5);

    private final CurrentVertxRequest current;

    Problems(CurrentVertxRequest current) {
        this.current = current;
    }

    @ServerExceptionMapper
    Response expected(ProblemException e, UriInfo uri) {
        Response.ResponseBuilder answer = answer(e.problem(), uri);
        e.retryAfter().ifPresent(after -> answer.header(HttpHeaders.RETRY_AFTER, after.toSeconds()));
        return answer.build();
    }

    @ServerExceptionMapper
    Response notPublished(NotPublishedException e, UriInfo uri) {
        LOG.warn(e.getMessage(), e.getCause());
        Problem problem =
                Problem.of(ProblemType.NOT_PUBLISHED, "the broker did not acknowledge the record in time; try again");
        return expected(new ProblemException(problem, RETRY_UNPUBLISHED_AFTER), uri);
    }

    @ServerExceptionMapper
    Response damagedManifest(DamagedManifestException e, UriInfo uri) {
        return answer(Problem.of(ProblemType.DAMAGED_MANIFEST, String.valueOf(e.getMessage())), uri)
                .build();
    }

    @ServerExceptionMapper
    Response storageFull(StorageFullException e, UriInfo uri) {
        LOG.warnf("Refused a request to %s: %s", uri.getPath(), e.getMessage());
        return answer(Problem.of(ProblemType.INSUFFICIENT_STORAGE, String.valueOf(e.getMessage())), uri)
                .build();
    }

    @ServerExceptionMapper
    Response unchecked(UncheckedIOException e, UriInfo uri) {
        return e.getCause() instanceof StorageFullException full ? storageFull(full, uri) : unexpected(e, uri);
    }

    @ServerExceptionMapper
    Response allowanceUsed(AllowanceUsedException e, UriInfo uri) {
        return expected(
                new ProblemException(Problem.of(ProblemType.ALLOWANCE_USED, String.valueOf(e.getMessage())), e.eases()),
                uri);
    }

    /** Handles requests without credentials. */
    @ServerExceptionMapper
    Response unauthenticated(UnauthorizedException e, UriInfo uri) {
        return unauthenticated("Authorization: expected Bearer followed by an API key or token, found neither", uri);
    }

    /** Handles requests with invalid credentials. */
    @ServerExceptionMapper
    Response unauthenticated(AuthenticationFailedException e, UriInfo uri) {
        return unauthenticated("Authorization: expected a valid API key or token, found an invalid one", uri);
    }

    private static Response unauthenticated(String detail, UriInfo uri) {
        return answer(Problem.of(ProblemType.UNAUTHENTICATED, detail), uri)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .build();
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException e, UriInfo uri) {
        return answer(Problem.of(ProblemType.FORBIDDEN, "none of the caller's roles permits this request"), uri)
                .build();
    }

    @ServerExceptionMapper
    Response notJson(JsonProcessingException e, UriInfo uri) {
        return e.getCause() instanceof ProblemException problem // a problem from the body's stream takes precedence
                ? expected(problem, uri)
                : answer(JsonProblems.of(e), uri).build();
    }

    @ServerExceptionMapper
    Response notText(CharConversionException e, UriInfo uri) {
        return answer(Problem.invalid("body", "JSON in UTF-8", "invalid bytes"), uri)
                .build();
    }

    /** Handles {@link MismatchedInputException} explicitly, because the framework has its own mapper for it. */
    @ServerExceptionMapper
    Response notTheJsonExpected(MismatchedInputException e, UriInfo uri) {
        return notJson(e, uri);
    }

    /** Handles framework errors, such as unknown paths, methods and media types. */
    @ServerExceptionMapper
    Response refused(WebApplicationException e, UriInfo uri) {
        if (e.getCause() instanceof JsonProcessingException cause) {
            return notJson(cause, uri);
        }
        int status = e.getResponse().getStatus();
        ProblemType type = switch (status) {
            case 400 -> ProblemType.INVALID_REQUEST;
            case 404 -> ProblemType.NOT_FOUND;
            case 405 -> ProblemType.METHOD_NOT_ALLOWED;
            case 406 -> ProblemType.NOT_ACCEPTABLE;
            case 413 -> ProblemType.TOO_LARGE;
            case 415 -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
            default -> ProblemType.OTHER;
        };
        Problem problem =
                Problem.of(type, status, e.getResponse().getStatusInfo().getReasonPhrase(), List.of());
        boolean unknownPath = type == ProblemType.NOT_FOUND || type == ProblemType.METHOD_NOT_ALLOWED;
        return answer(problem, uri, unknownPath && OpenAiPaths.mayContain(uri.getPath()))
                .build();
    }

    @ServerExceptionMapper
    Response unexpected(Exception e, UriInfo uri) {
        if (current.getCurrent().response().closed() || hasClientGone(e)) {
            LOG.debugf("The client disconnected during a request to %s", uri.getPath());
            return Response.serverError().build(); // the client will not read the response
        }
        String id = UUID.randomUUID().toString();
        LOG.errorf(e, "Error %s in a request to %s", id, uri.getPath());
        return answer(Problem.of(ProblemType.INTERNAL, "see the gateway's log for error " + id), uri)
                .build();
    }

    static boolean hasClientGone(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClosedChannelException || cause instanceof HttpClosedException) {
                return true;
            }
        }
        return false;
    }

    private static Response.ResponseBuilder answer(Problem problem, UriInfo uri) {
        return answer(problem, uri, OpenAiPaths.contains(uri.getPath()));
    }

    /** @param openAi whether to add the error in OpenAI's format */
    private static Response.ResponseBuilder answer(Problem problem, UriInfo uri, boolean openAi) {
        Problem located = problem.at(uri.getPath());
        return Response.status(problem.status())
                .type(Problem.MEDIA_TYPE)
                .entity(openAi ? located.with(OpenAiError.of(located)) : located);
    }
}

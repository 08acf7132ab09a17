// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Reads form data within the limits of {@link io.lorafleet.gateway.http.guard.BodyGuard}. */
@Provider
@Consumes(MediaType.MULTIPART_FORM_DATA)
public final class MultipartFormReader implements MessageBodyReader<MultipartForm> {
    private static final String BOUNDARY = "boundary";

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == MultipartForm.class;
    }

    @Override
    public MultipartForm readFrom(
            Class<MultipartForm> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        String boundary = mediaType.getParameters().get(BOUNDARY);
        if (boundary == null || boundary.isEmpty()) {
            throw new ProblemException(Problem.invalid("Content-Type", "multipart/form-data with a boundary", "none"));
        }
        return MultipartForm.of(body.readAllBytes(), boundary);
    }
}

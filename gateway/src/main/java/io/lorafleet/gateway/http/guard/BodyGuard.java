// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.http.GenerationBody;
import io.lorafleet.gateway.http.ImageRequestBody;
import io.lorafleet.gateway.http.MultipartForm;
import io.lorafleet.gateway.security.Caller;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;

/** Limits the size of each JSON body and form, the total memory for them, and the time for reading any body. */
@Provider
public final class BodyGuard implements ReaderInterceptor {
    private static final int MAX_JSON_BYTES = 1 << 20;

    // Looked up for each request, because providers are created before the configuration is available.
    private final Instance<GatewayConfig> config;
    private final Instance<Quotas> quotas;
    private final Instance<Caller> caller;
    private final CurrentVertxRequest current;

    BodyGuard(
            Instance<GatewayConfig> config,
            Instance<Quotas> quotas,
            Instance<Caller> caller,
            CurrentVertxRequest current) {
        this.config = config;
        this.quotas = quotas;
        this.caller = caller;
        this.current = current;
    }

    private static int base64Length(int bytes) {
        return (bytes + 2) / 3 * 4;
    }

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        GatewayConfig.Limits limits = config.get().limits();
        String owner = caller.get().owner();
        GuardedBody body = new GuardedBody(
                context.getInputStream(),
                owner,
                quotas.get().bodyBytes(),
                limits.bodyGracePeriod(),
                limits.minBodyBytesPerSecond());
        current.getCurrent().addEndHandler(answered -> body.release());
        if (MediaType.APPLICATION_JSON_TYPE.isCompatible(context.getMediaType())) {
            boolean isGenerationRequest =
                    context.getType() == GenerationBody.class || context.getType() == ImageRequestBody.class;
            body.holdInMemory(
                    MAX_JSON_BYTES + (isGenerationRequest ? base64Length(limits.maxInitImageBytes()) : 0), "JSON");
        } else if (context.getType() == MultipartForm.class) {
            body.holdInMemory(MAX_JSON_BYTES + limits.maxInitImageBytes(), "form data");
        }
        context.setInputStream(body);
        return context.proceed();
    }
}

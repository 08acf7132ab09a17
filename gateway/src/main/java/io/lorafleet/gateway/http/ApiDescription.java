// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Operation;

/** Adds error responses and examples to all operations of the OpenAPI document. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class ApiDescription implements OASFilter {
    static final String GENERATIONS = "Generations";
    static final String ADAPTERS = "Adapters";
    public static final String FLEET = "Fleet";
    public static final String OPENAI = "OpenAI";
    public static final String VLLM = "vLLM";
    static final String PROBLEM = "Problem";

    @Override
    public Operation filterOperation(Operation operation) {
        // The framework's own responses for these statuses have no content.
        List.of("400", "401", "403").forEach(operation.getResponses()::removeAPIResponse);
        operation.getResponses().setDefaultValue(OASFactory.createAPIResponse().ref(PROBLEM));
        // Vert.x sends this response before the request reaches the gateway.
        operation
                .getResponses()
                .addAPIResponse(
                        "414",
                        OASFactory.createAPIResponse().description("The URL is too long. The response has no body."));
        if (operation.getRequestBody() != null) {
            operation
                    .getRequestBody()
                    .getContent()
                    .getMediaTypes()
                    .values()
                    .forEach(body -> ApiExamples.addTo(body, operation.getOperationId()));
        }
        return operation;
    }
}

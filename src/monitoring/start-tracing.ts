import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
  type OpenTelemetrySinks,
} from '@temporalio/interceptors-opentelemetry';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';

/** Sinks and interceptors that trace workflows and activities; the bundle of its workflows must hold the interceptors. */
export interface Tracing {
  readonly activityInterceptors: ActivityInterceptorsFactory;
  readonly sinks: InjectedSinks<OpenTelemetrySinks>;
  /** Sends what is left. Never throws: traces are no reason to fail. */
  readonly close: () => Promise<void>;
}

/**
 * Sends OpenTelemetry traces to where the standard variables say (OTEL_EXPORTER_OTLP_ENDPOINT and its like, which the
 * exporter reads by itself). The tracer is not made the process's own: the clients of databases would then trace too,
 * and quote queries.
 */
export function startTracing(): Tracing {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const resource = new Resource({ 'service.name': 'pgferry', ...envDetectorSync.detect().attributes });
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer('pgferry');
  return {
    activityInterceptors: (activity) => ({
      inbound: new OpenTelemetryActivityInboundInterceptor(activity, { tracer }),
      outbound: new OpenTelemetryActivityOutboundInterceptor(activity),
    }),
    sinks: { exporter: makeWorkflowExporter(processor, resource) },
    close: () => provider.shutdown().catch(() => undefined),
  };
}

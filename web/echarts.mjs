// What of ECharts the page draws with, and no more.
import * as core from 'echarts/core';
import {LineChart, BarChart} from 'echarts/charts';
import {
  AriaComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendComponent,
  MarkAreaComponent, MarkLineComponent, TooltipComponent,
} from 'echarts/components';
import {CanvasRenderer} from 'echarts/renderers';

core.use([
  LineChart, BarChart, AriaComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent,
  LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, CanvasRenderer,
]);

export const {init, connect, getInstanceByDom} = core;

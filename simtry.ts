import { simulate } from './src/pipeline/simulation/run.ts';
const t=Date.now();
const s = await simulate({runs:Number(process.argv[2]??100),seed:Number(process.argv[3]??1)});
console.log(JSON.stringify({...s,failed:s.failed.slice(0,10),nfailed:s.failed.length},null,1), Date.now()-t,'ms');
